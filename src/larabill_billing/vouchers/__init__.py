"""Gift vouchers: codes that were sold or given away, and become credit once."""
