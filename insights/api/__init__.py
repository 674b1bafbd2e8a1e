"""Customers and their health as JSON."""
