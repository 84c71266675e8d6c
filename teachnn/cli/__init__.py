"""The command `teachnn`: the course in JupyterLab or in a folder, and a VAE without a browser.

Read `command` first (the options, and how the command ends), then `vae_run` and its `settings`.
"""

from teachnn.cli.command import main

__all__ = ["main"]
