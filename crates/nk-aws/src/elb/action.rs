//! What happens to a request, in ELB's words and in nk's.

use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, FixedResponseActionConfig, ForwardActionConfig, RedirectActionConfig,
    RedirectActionStatusCodeEnum as Status,
};
use nk_engine::CloudResult;
use nk_kinds::elb::ListenerAction;
use nk_model::Ref;

use crate::sdk_error::refused;

/// The action in ELB's form, for the operation with this error.
pub(super) fn action<E>(action: &ListenerAction) -> CloudResult<Action> {
    let call = Action::builder();
    Ok(match action {
        ListenerAction::Forward(group) => {
            call.r#type(ActionTypeEnum::Forward).target_group_arn(group.as_str()).build()
        }
        ListenerAction::Redirect(_) => {
            let redirect = RedirectActionConfig::builder().protocol("HTTPS").port("443");
            let redirect = redirect.status_code(Status::Http301).build();
            call.r#type(ActionTypeEnum::Redirect).redirect_config(redirect).build()
        }
        ListenerAction::NotFound => {
            let response = FixedResponseActionConfig::builder().status_code("404");
            let response = response.content_type("text/plain").build();
            call.r#type(ActionTypeEnum::FixedResponse).fixed_response_config(response).build()
        }
        ListenerAction::Other(words) => {
            return Err(refused::<E>(format!("nk cannot create the action `{words}`")));
        }
    })
}

/// What these actions do. `https` is the listener on port 443 of the same load balancer.
pub(super) fn folded(actions: &[Action], https: Option<&str>) -> ListenerAction {
    match actions {
        [action] => match action.r#type() {
            Some(ActionTypeEnum::Forward) => forward(action),
            Some(ActionTypeEnum::Redirect) => redirect(action.redirect_config(), https),
            Some(ActionTypeEnum::FixedResponse) => fixed(action.fixed_response_config()),
            _ => ListenerAction::Other(named(action)),
        },
        several => {
            let named: Vec<_> = several.iter().map(named).collect();
            ListenerAction::Other(named.join(", then "))
        }
    }
}

fn named(action: &Action) -> String {
    action.r#type().map_or_else(|| "nothing".into(), |kind| kind.as_str().to_owned())
}

/// ELB reports a target group twice: by itself, and in a list that it fills in.
fn forward(action: &Action) -> ListenerAction {
    let config = action.forward_config();
    let groups = config.map(ForwardActionConfig::target_groups).unwrap_or_default();
    let sticky = config.and_then(ForwardActionConfig::target_group_stickiness_config);
    if sticky.is_some_and(|sticky| sticky.enabled == Some(true)) {
        return ListenerAction::Other("forward, always to the same target group".into());
    }
    let arn = match groups {
        [] => action.target_group_arn(),
        [one] if one.weight != Some(0) => one.target_group_arn(),
        [_] => return ListenerAction::Other("forward to a target group of weight 0".into()),
        several => {
            return ListenerAction::Other(format!("forward to {} target groups", several.len()));
        }
    };
    ListenerAction::Forward(Ref::known(arn.unwrap_or_default()))
}

fn redirect(config: Option<&RedirectActionConfig>, https: Option<&str>) -> ListenerAction {
    let given = |value: Option<&str>, default: &str| value.unwrap_or(default).to_owned();
    let protocol = given(config.and_then(|each| each.protocol()), "#{protocol}");
    let port = given(config.and_then(|each| each.port()), "#{port}");
    let host = given(config.and_then(|each| each.host()), "#{host}");
    let path = given(config.and_then(|each| each.path()), "/#{path}");
    let query = given(config.and_then(|each| each.query()), "#{query}");
    let status = config.and_then(|each| each.status_code());
    let whole = format!("{protocol}://{host}:{port}{path}?{query}");
    let permanent = status == Some(&Status::Http301);
    match https {
        Some(arn) if permanent && whole == "HTTPS://#{host}:443/#{path}?#{query}" => {
            ListenerAction::Redirect(Ref::known(arn))
        }
        _ => {
            let status = status.map_or("", Status::as_str);
            ListenerAction::Other(format!("redirect to {whole} ({status})"))
        }
    }
}

fn fixed(config: Option<&FixedResponseActionConfig>) -> ListenerAction {
    let status = config.and_then(|each| each.status_code()).unwrap_or_default();
    let body = config.and_then(|each| each.message_body()).unwrap_or_default();
    match (status, body) {
        ("404", "") => ListenerAction::NotFound,
        (_, "") => ListenerAction::Other(format!("answer {status}")),
        (_, body) => ListenerAction::Other(format!("answer {status}: {body}")),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_elasticloadbalancingv2::{
        operation::create_listener::CreateListenerError,
        types::{TargetGroupStickinessConfig, TargetGroupTuple},
    };

    use super::*;

    fn redirecting(host: &str, port: &str) -> Action {
        let config = RedirectActionConfig::builder()
            .protocol("HTTPS")
            .host(host)
            .port(port)
            .path("/#{path}")
            .query("#{query}")
            .status_code(Status::Http301)
            .build();
        Action::builder().r#type(ActionTypeEnum::Redirect).redirect_config(config).build()
    }

    fn forwarding(groups: &[(&str, i32)]) -> Action {
        let groups = groups
            .iter()
            .map(|(arn, weight)| {
                TargetGroupTuple::builder().target_group_arn(*arn).weight(*weight).build()
            })
            .collect();
        let config = ForwardActionConfig::builder()
            .set_target_groups(Some(groups))
            .target_group_stickiness_config(
                TargetGroupStickinessConfig::builder().enabled(false).build(),
            )
            .build();
        let call = Action::builder().r#type(ActionTypeEnum::Forward).order(1);
        call.forward_config(config).build()
    }

    #[test]
    fn what_is_sent_is_what_is_read_back() {
        let actions = [
            ListenerAction::Forward(Ref::known("arn:group")),
            ListenerAction::Redirect(Ref::known("arn:https")),
            ListenerAction::NotFound,
        ];
        for wanted in actions {
            let sent = action::<CreateListenerError>(&wanted).unwrap();
            assert_eq!(folded(&[sent], Some("arn:https")), wanted);
        }
    }

    #[test]
    fn what_elb_fills_in_is_no_difference() {
        let forward = ListenerAction::Forward(Ref::known("arn:group"));
        assert_eq!(folded(&[forwarding(&[("arn:group", 1)])], None), forward);
        let https = ListenerAction::Redirect(Ref::known("arn:https"));
        assert_eq!(folded(&[redirecting("#{host}", "443")], Some("arn:https")), https);
    }

    #[test]
    fn what_nk_does_not_make_is_told_in_words() {
        let words = |actions: &[Action], https| match folded(actions, https) {
            ListenerAction::Other(words) => words,
            other => panic!("{other:?} has no words"),
        };
        let two = forwarding(&[("arn:a", 1), ("arn:b", 9)]);
        assert_eq!(words(&[two], None), "forward to 2 target groups");
        let elsewhere = "redirect to HTTPS://example.com:443/#{path}?#{query} (HTTP_301)";
        assert_eq!(words(&[redirecting("example.com", "443")], Some("arn:https")), elsewhere);
        let nowhere = "redirect to HTTPS://#{host}:443/#{path}?#{query} (HTTP_301)";
        assert_eq!(words(&[redirecting("#{host}", "443")], None), nowhere);
        let login = Action::builder().r#type(ActionTypeEnum::AuthenticateCognito).build();
        let both = [login, forwarding(&[("arn:a", 1)])];
        assert_eq!(words(&both, None), "authenticate-cognito, then forward");
    }
}
