"""Who sells and who buys: sellers (legal entities that issue invoices) and their customers."""
