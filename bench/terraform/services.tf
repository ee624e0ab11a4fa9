locals {
  trust_tasks = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Action    = "sts:AssumeRole"
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role" "execution" {
  name               = "${local.prefix}-ecs-task-execution-role"
  assume_role_policy = local.trust_tasks
  tags               = { Name = "${local.prefix}-ecs-task-execution-role" }
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role_policy" "secrets" {
  name = "secrets"
  role = aws_iam_role.execution.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Action   = "secretsmanager:GetSecretValue"
      Effect   = "Allow"
      Resource = [aws_secretsmanager_secret.password.arn, aws_secretsmanager_secret.oauth.arn]
    }]
  })
}

resource "aws_iam_role" "task" {
  name               = "${local.prefix}-ecs-task-role"
  assume_role_policy = local.trust_tasks
  tags               = { Name = "${local.prefix}-ecs-task-role" }
}

resource "aws_iam_role_policy" "cognito" {
  name = "cognito"
  role = aws_iam_role.task.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Action   = ["cognito-idp:Admin*", "cognito-idp:DescribeUserPool", "cognito-idp:ListUsers"]
      Effect   = "Allow"
      Resource = aws_cognito_user_pool.main.arn
    }]
  })
}

resource "aws_ecs_cluster" "main" {
  name = "${local.prefix}-cluster"
  tags = { Name = "${local.prefix}-cluster" }

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecr_repository" "service" {
  for_each             = local.services
  name                 = "${local.lower}-${each.key}"
  image_tag_mutability = "MUTABLE"
  tags                 = { Name = "${local.lower}-${each.key}" }

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "service" {
  for_each   = local.services
  repository = aws_ecr_repository.service[each.key].name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Keep the newest ten tagged images"
        action       = { type = "expire" }
        selection = {
          countNumber    = 10
          countType      = "imageCountMoreThan"
          tagPatternList = ["*"]
          tagStatus      = "tagged"
        }
      },
      {
        rulePriority = 2
        description  = "Expire untagged images after a day"
        action       = { type = "expire" }
        selection = {
          countNumber = 1
          countType   = "sinceImagePushed"
          countUnit   = "days"
          tagStatus   = "untagged"
        }
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "service" {
  for_each          = local.services
  name              = "/ecs/${local.prefix}-${each.key}"
  retention_in_days = 30
  tags              = { Name = "/ecs/${local.prefix}-${each.key}" }
}

resource "aws_ecs_task_definition" "service" {
  for_each                 = local.services
  family                   = "${local.prefix}-${each.key}"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  tags                     = { Name = "${local.prefix}-${each.key}" }

  container_definitions = jsonencode([{
    name         = each.key
    image        = "${aws_ecr_repository.service[each.key].repository_url}:latest"
    essential    = true
    portMappings = [{ containerPort = each.value.port, hostPort = each.value.port, protocol = "tcp" }]
    environment = each.value.routed ? [
      { name = "DB_HOST", value = aws_db_instance.main.address },
      { name = "DB_NAME", value = "neuraknot" },
      { name = "DB_PORT", value = "5432" },
      { name = "DB_USER", value = "postgres" },
    ] : []
    secrets = each.value.routed ? [
      {
        name      = "DB_PASSWORD"
        valueFrom = "${aws_secretsmanager_secret.password.arn}:password::"
      },
    ] : []
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.service[each.key].name
        awslogs-region        = "ap-northeast-1"
        awslogs-stream-prefix = "ecs"
      }
    }
  }])
}

resource "aws_ecs_service" "service" {
  for_each                          = local.services
  name                              = "${local.prefix}-${each.key}"
  cluster                           = aws_ecs_cluster.main.id
  task_definition                   = aws_ecs_task_definition.service[each.key].arn
  launch_type                       = "FARGATE"
  desired_count                     = 1
  health_check_grace_period_seconds = each.value.routed ? 60 : null
  tags                              = { Name = "${local.prefix}-${each.key}" }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets         = [for subnet in aws_subnet.private : subnet.id]
    security_groups = [aws_security_group.ecs.id]
  }

  dynamic "load_balancer" {
    for_each = each.value.routed ? [aws_lb_target_group.backend.arn] : []
    content {
      target_group_arn = load_balancer.value
      container_name   = each.key
      container_port   = each.value.port
    }
  }

  lifecycle {
    # The emulator does not return them.
    ignore_changes = [availability_zone_rebalancing, health_check_grace_period_seconds]
  }

  depends_on = [
    aws_iam_role_policy.cognito,
    aws_iam_role_policy.secrets,
    aws_iam_role_policy_attachment.execution,
    aws_lb_listener.http,
    aws_route.private,
    aws_route_table_association.private,
  ]
}
