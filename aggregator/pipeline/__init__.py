"""The order of calls: refresh (sources → items) and edition (items → stories in sections), through ports."""
