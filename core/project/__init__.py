"""The project file ``*.nxs``: how everything measured, chosen and found is kept in NeXus."""
