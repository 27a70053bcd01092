"""What happens when an invoice stays unpaid: remind, retry, suspend, end; and the answer to "may it be taken away?"."""
