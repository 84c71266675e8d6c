"""What runs where there is no kernel: a page of widgets in one file, and the functions that answer them in it."""

from teachnn_widgets.page.entry import carriage
from teachnn_widgets.page.parts import standing_in
from teachnn_widgets.page.save import save_page, save_parts

__all__ = ["carriage", "save_page", "save_parts", "standing_in"]
