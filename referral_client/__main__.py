"""`python -m referral_client`: the same as the installed command; practice starts its child processes this way."""

from referral_client.app import main

if __name__ == "__main__":
    raise SystemExit(main())
