"""Why a slider is prompt under `teachnn lab`: its messages are sent at once, and JupyterLab does not redraw itself.

A slider's event travels as two small messages. TCP holds back the second until the first is acknowledged, about 40 ms,
unless TCP_NODELAY is set; Jupyter's server does not set it, this subclass does. The kernel calls itself busy before it
answers any message and idle after, and JupyterLab repaints the tab, its icon and the toolbar at each, a hundred times a
second under a moving slider; this subclass keeps "busy with a widget's message" to itself. A hub's administrator gets
the same by `c.ServerApp.kernel_websocket_connection_class = "teachnn.jupyter.websocket.PromptWebsocket"`.
"""

from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptWebsocket(ZMQChannelsWebsocketConnection):
    """The kernel's websocket, with TCP_NODELAY and without what a moving slider would make JupyterLab repaint."""

    def connect(self) -> Any:
        """Set TCP_NODELAY, then connect as usual."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()

    def handle_outgoing_message(self, stream: Any, outgoing_msg: Any) -> None:
        """Send a message of the kernel to the page, unless it says "busy with a widget's message"."""
        _, (_, *parts) = self.session.feed_identities(outgoing_msg)
        header, parent = (self.get_part(field, None, parts) for field in ("header", "parent_header"))
        if (header["msg_type"], parent.get("msg_type")) == ("status", "comm_msg"):
            if self.get_part("content", None, parts) == {"execution_state": "busy"}:
                return
        super().handle_outgoing_message(stream, outgoing_msg)
