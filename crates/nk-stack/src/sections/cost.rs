//! `[cost]`: how much the stack is used in a month, for estimates.

use crate::{
    Stack,
    decode::{Decode, Fields},
    problem::Problem,
    section::Section,
};

/// How much a stack is used in a month. What is not said is left to the estimate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cost {
    /// GB through each NAT gateway.
    pub nat_gb: Option<f64>,
    /// GB written to each log group.
    pub log_gb: Option<f64>,
    /// GB of images in each repository.
    pub image_gb: Option<f64>,
    /// Load balancer capacity units, on average.
    pub lcu: Option<f64>,
    /// Users that sign in.
    pub users: Option<f64>,
    /// GB sent to the internet.
    pub out_gb: Option<f64>,
    /// E-mails that the alarms send to each address.
    pub alarm_emails: Option<f64>,
}

impl Section for Cost {
    const KEY: &'static str = "cost";

    fn read(mut fields: Fields<'_, '_>, _: &Stack) -> Option<Self> {
        let read = Self {
            nat_gb: figure(&mut fields, "nat-gb"),
            log_gb: figure(&mut fields, "log-gb"),
            image_gb: figure(&mut fields, "image-gb"),
            lcu: figure(&mut fields, "lcu"),
            users: figure(&mut fields, "users"),
            out_gb: figure(&mut fields, "out-gb"),
            alarm_emails: figure(&mut fields, "alarm-emails"),
        };
        fields.finish();
        Some(read)
    }
}

impl Stack {
    /// How much the stack is used in a month.
    pub fn cost(&self) -> Cost {
        self.section::<Cost>().cloned().unwrap_or_default()
    }
}

fn figure(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<f64> {
    let figure = fields.optional::<f64>(key)?;
    if figure.value < 0.0 {
        let message = format!("`{}` must be {} of zero or more", fields.name(key), f64::expected());
        fields.report(Problem::new(&figure.span, message, "less than nothing"));
    }
    Some(figure.value)
}
