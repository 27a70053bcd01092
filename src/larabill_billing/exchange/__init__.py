"""Exchange rates, and what documents of other currencies are worth in the seller's own."""
