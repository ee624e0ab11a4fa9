# The environment `dev` of stacks/neuraknot.toml in Terraform: the same resources with the same settings.
# Neither contains images or the identity providers that wait for credentials.

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.90, < 6.0"
    }
  }
}

variable "endpoint" {
  description = "Where the emulator answers."
  type        = string
}

variable "database_password" {
  description = "The password of the database's master user."
  type        = string
  sensitive   = true
}

provider "aws" {
  region                      = "ap-northeast-1"
  access_key                  = "terraform"
  secret_key                  = "terraform"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true

  endpoints {
    cloudwatch     = var.endpoint
    cognitoidp     = var.endpoint
    ec2            = var.endpoint
    ecr            = var.endpoint
    ecs            = var.endpoint
    elbv2          = var.endpoint
    iam            = var.endpoint
    logs           = var.endpoint
    rds            = var.endpoint
    secretsmanager = var.endpoint
    sts            = var.endpoint
  }

  default_tags {
    tags = {
      Project     = "neuraKnot"
      Environment = "dev"
      ManagedBy   = "terraform"
    }
  }
}

locals {
  prefix = "neuraKnot-dev"
  lower  = lower(local.prefix)

  zones = {
    1 = { name = "ap-northeast-1a", public = "10.0.1.0/24", private = "10.0.10.0/24" }
    2 = { name = "ap-northeast-1c", public = "10.0.2.0/24", private = "10.0.20.0/24" }
  }

  services = {
    backend-go      = { cpu = 256, memory = 512, port = 8080, routed = true }
    python-ai       = { cpu = 512, memory = 1024, port = 8000, routed = false }
    nextjs-frontend = { cpu = 256, memory = 512, port = 3000, routed = false }
  }
}
