//! `[cost]`: the monthly usage of the stack, for estimates.

use crate::{
    Stack,
    decode::{Decode, Fields},
    problem::Problem,
    section::Section,
};

/// The monthly usage of a stack. The estimate chooses what is not given.
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
        };
        fields.finish();
        Some(read)
    }
}

impl Stack {
    /// The monthly usage of the stack.
    pub fn cost(&self) -> Cost {
        self.section::<Cost>().cloned().unwrap_or_default()
    }
}

fn figure(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<f64> {
    let figure = fields.optional::<f64>(key)?;
    if figure.value < 0.0 {
        let message = format!("`{}` must be {}, zero or more", fields.name(key), f64::expected());
        fields.report(Problem::new(&figure.span, message, "negative"));
    }
    Some(figure.value)
}
