import pytest

pytest.importorskip("jupyter_server")

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

from teachnn.websocket import PromptWebsocket


def test_messages_are_sent_at_once_from_the_first_one_on(monkeypatch):
    did = []

    class Handler:
        def set_nodelay(self, value):
            did.append(("nodelay", value))

    def connect(self):
        did.append(("connect", type(self)))
        return "what the parent returns"

    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", connect)
    monkeypatch.setattr(PromptWebsocket, "websocket_handler", Handler())
    assert PromptWebsocket.__new__(PromptWebsocket).connect() == "what the parent returns"
    assert did == [("nodelay", True), ("connect", PromptWebsocket)]


def test_it_is_a_kernel_websocket_in_all_else():
    assert issubclass(PromptWebsocket, ZMQChannelsWebsocketConnection)
    assert [name for name in vars(PromptWebsocket) if not name.startswith("_")] == ["connect"]
