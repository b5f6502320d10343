"""Scenarios: small real programs, each showing one thing."""
