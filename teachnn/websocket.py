"""Why a slider is prompt under `teachnn lab`: its messages are sent at once.

A slider's event travels as two small messages. TCP holds back the second until the first is acknowledged, about 40 ms,
unless TCP_NODELAY is set; Jupyter's server does not set it, this subclass does. A hub's administrator gets the same by
`c.ServerApp.kernel_websocket_connection_class = "teachnn.websocket.PromptWebsocket"`.
"""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptWebsocket(ZMQChannelsWebsocketConnection):
    """The kernel's websocket, with TCP_NODELAY."""

    def connect(self):
        """Set TCP_NODELAY, then connect as usual."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
