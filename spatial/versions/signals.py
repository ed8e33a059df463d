"""What other floors may listen to."""

from django.dispatch import Signal

# Sent within the writing transaction, once per register and change; ``register`` names it.
revised = Signal()
