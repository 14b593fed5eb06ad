"""Referral Client: make a child-protection referral, follow your own photo policy, know that it arrived."""

__version__ = "0.1.0"
