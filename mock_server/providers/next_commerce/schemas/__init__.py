"""What comes in, as marshmallow schemas that refuse in Django REST framework's words; and what bodies look like."""
