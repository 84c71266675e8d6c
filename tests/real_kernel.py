"""A real kernel of IPython's without a page: cells with their ids, messages as a page sends them, and interrupts."""

from collections.abc import Iterator
from contextlib import contextmanager

from jupyter_client.manager import start_new_kernel

TIME = 60  # seconds that any answer may take


class Kernel:
    """A running kernel; `run` runs a cell and returns what it printed."""

    def __init__(self, manager, client):
        self.manager, self.client, self.printed = manager, client, {}

    def begin(self, code: str, cell: str = "") -> str:
        """Begin a cell; return the number of its message."""
        message = self.client.session.msg("execute_request", {"code": code, "silent": False, "store_history": True})
        message["content"] |= {"user_expressions": {}, "allow_stdin": False, "stop_on_error": False}
        message["metadata"] = {"cellId": cell} if cell else {}
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def hear(self, number: str, until: str = "") -> str:
        """Wait until the cell has printed a text, or is done; return what it printed, or how it failed."""
        while not until or until not in self.printed.get(number, ""):
            message = self.client.get_iopub_msg(timeout=TIME)
            kind, content, parent = message["msg_type"], message["content"], message["parent_header"].get("msg_id")
            if kind == "stream":
                self.printed[parent] = self.printed.get(parent, "") + content["text"]
            elif kind == "error":
                self.printed[parent] = self.printed.get(parent, "") + content["ename"]
            elif kind == "status" and content["execution_state"] == "idle" and parent == number:
                break
        return self.printed.get(number, "")

    def run(self, code: str, cell: str = "") -> str:
        """Run a cell; return what it printed, or how it failed."""
        return self.hear(self.begin(code, cell)).strip()

    def press(self, widget: str, word: str) -> None:
        """Send what a page sends when a button of a widget, by its model's id, is pressed."""
        data = {"method": "custom", "content": word}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", {"comm_id": widget, "data": data}))

    def move(self, widget: str, **state) -> str:
        """Send what a page sends when a slider is moved; return the number of the message."""
        data = {"method": "update", "state": state, "buffer_paths": []}
        message = self.client.session.msg("comm_msg", {"comm_id": widget, "data": data})
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def interrupt(self) -> None:
        """Press the stop button."""
        self.manager.interrupt_kernel()


@contextmanager
def real_kernel() -> Iterator[Kernel]:
    """Start a kernel, and shut it down in the end."""
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=TIME)
    try:
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
