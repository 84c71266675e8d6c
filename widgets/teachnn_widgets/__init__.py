"""Live widgets for teachnn in JupyterLab; the library itself never imports them."""
