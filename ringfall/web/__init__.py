"""The HTTP side: the page, the interface below /api, metrics, and the port they are served on."""
