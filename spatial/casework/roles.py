"""The role of what nobody does: clocks and programs."""

SYSTEM = "系统"
