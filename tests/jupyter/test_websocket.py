import pytest

pytest.importorskip("jupyter_server")

from jupyter_client.session import Session
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

from teachnn.jupyter.websocket import PromptWebsocket

SESSION = Session(key=b"a key")


@pytest.fixture
def websocket(monkeypatch):
    """Return a connection, and what its parent was asked to do."""
    did = []

    class Handler:
        def set_nodelay(self, value):
            did.append(("nodelay", value))

    def connect(self):
        did.append(("connect", type(self)))
        return "what the parent returns"

    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", connect)
    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "handle_outgoing_message", lambda self, *sent: did.append(sent))
    monkeypatch.setattr(PromptWebsocket, "websocket_handler", Handler())
    monkeypatch.setattr(PromptWebsocket, "session", SESSION)
    return PromptWebsocket.__new__(PromptWebsocket), did


def outgoing(kind: str, content: dict, answers: str) -> list[bytes]:
    """Return a kernel's message as it comes from its socket."""
    parent = SESSION.msg(answers) if answers else {}
    return [b"topic", *SESSION.serialize(SESSION.msg(kind, content=content, parent=parent))]


def test_messages_are_sent_at_once_from_the_first_one_on(websocket):
    connection, did = websocket
    assert connection.connect() == "what the parent returns"
    assert did == [("nodelay", True), ("connect", PromptWebsocket)]


def test_that_the_kernel_is_busy_with_a_widget_is_not_sent_to_the_page(websocket):
    connection, did = websocket
    connection.handle_outgoing_message("iopub", outgoing("status", {"execution_state": "busy"}, "comm_msg"))
    assert did == []


@pytest.mark.parametrize(
    ("kind", "content", "answers"),
    [
        ("status", {"execution_state": "idle"}, "comm_msg"),  # it ends the page's wait, and lets the next value go
        ("status", {"execution_state": "busy"}, "execute_request"),
        ("status", {"execution_state": "starting"}, ""),
        ("comm_msg", {"data": {"method": "update"}}, "comm_msg"),
        ("stream", {"name": "stdout", "text": "busy"}, "comm_msg"),
    ],
)
def test_every_other_message_is_sent_as_it_came(websocket, kind, content, answers):
    connection, did = websocket
    message = outgoing(kind, content, answers)
    connection.handle_outgoing_message("iopub", message)
    assert did == [("iopub", message)]


def test_it_is_a_kernel_websocket_in_all_else():
    assert issubclass(PromptWebsocket, ZMQChannelsWebsocketConnection)
    mended = [name for name in vars(PromptWebsocket) if not name.startswith("_")]
    assert mended == ["connect", "handle_outgoing_message"]
