"""Hands over to the program."""

from referral_client.app import main

if __name__ == "__main__":
    raise SystemExit(main())
