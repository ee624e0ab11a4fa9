resource "aws_secretsmanager_secret" "password" {
  name                    = "${local.prefix}-db-password"
  description             = "Password of the database's master user"
  recovery_window_in_days = 7
  tags                    = { Name = "${local.prefix}-db-password" }
}

resource "aws_secretsmanager_secret_version" "password" {
  secret_id     = aws_secretsmanager_secret.password.id
  secret_string = jsonencode({ password = var.database_password })
}

resource "aws_secretsmanager_secret" "oauth" {
  name                    = "${local.prefix}-oauth-credentials"
  description             = "Client ids and secrets of identity providers"
  recovery_window_in_days = 7
  tags                    = { Name = "${local.prefix}-oauth-credentials" }
}

resource "aws_secretsmanager_secret_version" "oauth" {
  secret_id     = aws_secretsmanager_secret.oauth.id
  secret_string = jsonencode({})
}

resource "aws_db_subnet_group" "main" {
  name        = "${local.lower}-db-subnet-group"
  description = "Private subnets of ${local.prefix}"
  subnet_ids  = [for subnet in aws_subnet.private : subnet.id]
  tags        = { Name = "${local.lower}-db-subnet-group" }
}

resource "aws_iam_role" "monitoring" {
  name = "${local.prefix}-rds-enhanced-monitoring-role"
  tags = { Name = "${local.prefix}-rds-enhanced-monitoring-role" }
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Action    = "sts:AssumeRole"
      Effect    = "Allow"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_db_instance" "main" {
  identifier                            = "${local.lower}-db"
  engine                                = "postgres"
  engine_version                        = "15.4"
  engine_lifecycle_support              = "open-source-rds-extended-support-disabled"
  instance_class                        = "db.t3.micro"
  storage_type                          = "gp3"
  allocated_storage                     = 20
  max_allocated_storage                 = 100
  storage_encrypted                     = true
  db_name                               = "neuraknot"
  username                              = "postgres"
  password                              = var.database_password
  port                                  = 5432
  backup_retention_period               = 7
  backup_window                         = "17:00-18:00"
  maintenance_window                    = "sat:19:00-sat:20:00"
  copy_tags_to_snapshot                 = true
  performance_insights_enabled          = true
  performance_insights_retention_period = 7
  monitoring_interval                   = 60
  monitoring_role_arn                   = aws_iam_role.monitoring.arn
  db_subnet_group_name                  = aws_db_subnet_group.main.name
  vpc_security_group_ids                = [aws_security_group.rds.id]
  skip_final_snapshot                   = true
  apply_immediately                     = true
  tags                                  = { Name = "${local.lower}-db" }
  depends_on                            = [aws_iam_role_policy_attachment.monitoring]

  lifecycle {
    # The emulator does not return it.
    ignore_changes = [engine_lifecycle_support]
  }
}
