"""Event data as the core takes it: integer-coded variants."""

from mining.events.variant_log import VariantLog, variant_log_from_arrow, variant_log_of

__all__ = ["VariantLog", "variant_log_from_arrow", "variant_log_of"]
