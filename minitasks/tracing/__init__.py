"""Tracing: what recording and stepping share."""
