"""Instalments are collected on their due days, once each; who misses one owes the rest."""

from __future__ import annotations
