locals {
  service_alarms = merge([for service in keys(local.services) : {
    for what, metric in { cpu = "CPUUtilization", memory = "MemoryUtilization" } :
    "${service}-${what}" => {
      description = "${service} uses much ${what}"
      namespace   = "AWS/ECS"
      metric      = metric
      statistic   = "Average"
      periods     = 3
      threshold   = 80
      missing     = "missing"
      dimensions = {
        ClusterName = "${local.prefix}-cluster"
        ServiceName = "${local.prefix}-${service}"
      }
    }
  }]...)

  other_alarms = {
    alb-response-time = {
      description = "Requests take long"
      namespace   = "AWS/ApplicationELB"
      metric      = "TargetResponseTime"
      statistic   = "p95"
      periods     = 3
      threshold   = 1
      missing     = "notBreaching"
      dimensions  = { LoadBalancer = aws_lb.main.arn_suffix }
    }
    alb-5xx = {
      description = "The load balancer answers with errors"
      namespace   = "AWS/ApplicationELB"
      metric      = "HTTPCode_ELB_5XX_Count"
      statistic   = "Sum"
      periods     = 1
      threshold   = 10
      missing     = "notBreaching"
      dimensions  = { LoadBalancer = aws_lb.main.arn_suffix }
    }
    alb-target-5xx = {
      description = "Services answer with errors"
      namespace   = "AWS/ApplicationELB"
      metric      = "HTTPCode_Target_5XX_Count"
      statistic   = "Sum"
      periods     = 1
      threshold   = 10
      missing     = "notBreaching"
      dimensions  = { LoadBalancer = aws_lb.main.arn_suffix }
    }
    db-cpu = {
      description = "The database uses much CPU"
      namespace   = "AWS/RDS"
      metric      = "CPUUtilization"
      statistic   = "Average"
      periods     = 3
      threshold   = 80
      missing     = "missing"
      dimensions  = { DBInstanceIdentifier = "${local.lower}-db" }
    }
    db-connections = {
      description = "The database has many connections"
      namespace   = "AWS/RDS"
      metric      = "DatabaseConnections"
      statistic   = "Average"
      periods     = 3
      threshold   = 80
      missing     = "missing"
      dimensions  = { DBInstanceIdentifier = "${local.lower}-db" }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "high" {
  for_each            = merge(local.service_alarms, local.other_alarms)
  alarm_name          = "${local.prefix}-${each.key}-high"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  dimensions          = each.value.dimensions
  period              = 300
  evaluation_periods  = each.value.periods
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = each.value.missing
  tags                = { Name = "${local.prefix}-${each.key}-high" }
}

locals {
  charts = [
    {
      title = "Services: CPU (%)"
      stat  = "Average"
      metrics = [for service in keys(local.services) :
        ["AWS/ECS", "CPUUtilization", "ClusterName", "${local.prefix}-cluster",
      "ServiceName", "${local.prefix}-${service}"]]
    },
    {
      title = "Services: memory (%)"
      stat  = "Average"
      metrics = [for service in keys(local.services) :
        ["AWS/ECS", "MemoryUtilization", "ClusterName", "${local.prefix}-cluster",
      "ServiceName", "${local.prefix}-${service}"]]
    },
    {
      title   = "Load balancer: requests"
      stat    = "Sum"
      metrics = [["AWS/ApplicationELB", "RequestCount", "LoadBalancer", aws_lb.main.arn_suffix]]
    },
    {
      title = "Load balancer: response time (s)"
      stat  = "p95"
      metrics = [
        ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", aws_lb.main.arn_suffix]
      ]
    },
    {
      title   = "Database: connections"
      stat    = "Average"
      metrics = [["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", "${local.lower}-db"]]
    },
    {
      title   = "Database: CPU (%)"
      stat    = "Average"
      metrics = [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "${local.lower}-db"]]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "main" {
  dashboard_name = local.prefix
  dashboard_body = jsonencode({
    widgets = [for index, chart in local.charts : {
      type   = "metric"
      x      = index % 2 * 12
      y      = floor(index / 2) * 6
      width  = 12
      height = 6
      properties = {
        title   = chart.title
        metrics = chart.metrics
        period  = 300
        region  = "ap-northeast-1"
        stacked = false
        stat    = chart.stat
        view    = "timeSeries"
      }
    }]
  })
}
