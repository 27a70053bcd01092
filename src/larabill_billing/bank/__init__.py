"""Bank lines: what came in by transfer, matched to invoices by the references that customers write."""
