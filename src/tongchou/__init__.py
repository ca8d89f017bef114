"""Tongchou: outbreak control and the economy, nothing dropped between them."""
