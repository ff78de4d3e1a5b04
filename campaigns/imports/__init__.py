"""Files of figures: recognised by their columns, checked, and applied to the same ledger."""
