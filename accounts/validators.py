from accounts.usernames import validate_username

# Named by ACCOUNT_USERNAME_VALIDATORS.
username_validators = [validate_username]
