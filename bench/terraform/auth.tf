resource "aws_cognito_user_pool" "main" {
  name                     = "${local.prefix}-user-pool"
  alias_attributes         = ["email"]
  auto_verified_attributes = ["email"]
  user_pool_tier           = "ESSENTIALS"
  tags                     = { Name = "${local.prefix}-user-pool" }

  username_configuration {
    case_sensitive = false
  }

  password_policy {
    minimum_length                   = 8
    require_lowercase                = true
    require_uppercase                = true
    require_numbers                  = true
    require_symbols                  = true
    temporary_password_validity_days = 7
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  lifecycle {
    # The emulator does not return it.
    ignore_changes = [user_pool_tier]
  }
}

resource "aws_cognito_user_pool_domain" "main" {
  domain       = "${local.lower}-00000000"
  user_pool_id = aws_cognito_user_pool.main.id
}

resource "aws_cognito_user_pool_client" "main" {
  name                                 = "${local.prefix}-client"
  user_pool_id                         = aws_cognito_user_pool.main.id
  generate_secret                      = true
  callback_urls                        = ["http://localhost:3000/api/auth/callback"]
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_scopes                 = ["email", "openid", "profile"]
  explicit_auth_flows                  = ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]
  supported_identity_providers         = ["COGNITO"]
  prevent_user_existence_errors        = "ENABLED"
  enable_token_revocation              = true
  access_token_validity                = 3600
  id_token_validity                    = 3600
  refresh_token_validity               = 2592000

  token_validity_units {
    access_token  = "seconds"
    id_token      = "seconds"
    refresh_token = "seconds"
  }
}
