"""What runs where there is no kernel: a page of widgets in one file, and the functions that answer them in it."""

from teachnn_widgets.page.save import save_page

__all__ = ["save_page"]
