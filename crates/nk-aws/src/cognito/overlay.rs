//! Requests that carry a whole document, filled with the live values, because Cognito resets
//! everything to its default that such a request leaves out.

use std::collections::BTreeSet;

use aws_sdk_cognitoidentityprovider::{
    operation::{
        create_user_pool_client::builders::CreateUserPoolClientFluentBuilder,
        update_user_pool::builders::UpdateUserPoolFluentBuilder,
        update_user_pool_client::builders::UpdateUserPoolClientFluentBuilder,
    },
    types::{
        AdminCreateUserConfigType, AuthFactorType, PreventUserExistenceErrorTypes,
        SignInPolicyType, UserPoolClientType, UserPoolPolicyType, UserPoolTierType, UserPoolType,
    },
};
use nk_kinds::cognito::{IdentityProvider, UserPool, UserPoolClient};

use super::{
    list,
    passwords::{password_policy, recovery},
    token_validity::{in_seconds, validity},
    user_pool::protection,
};
use crate::Aws;

/// The provider that stands for the pool itself.
pub(super) const OWN_USERS: &str = "COGNITO";

/// Whether a provider was added by somebody else, and is therefore left alone.
pub(super) fn is_foreign(name: &str) -> bool {
    name != OWN_USERS && !IdentityProvider::NAMES.contains(&name)
}

/// Changes a client's document, or an empty one, to what `spec` says.
pub(super) fn declare(client: &mut UserPoolClientType, spec: &UserPoolClient) {
    // Without a callback URL, Cognito allows no flow and none of its settings.
    let hosted = !spec.callback_urls.is_empty();
    let only_hosted =
        |words: &BTreeSet<String>| hosted.then(|| words.iter().cloned().collect::<Vec<_>>());
    let own = spec.own_users.then(|| OWN_USERS.to_owned());
    let wanted = spec.providers.iter().map(ToString::to_string);
    let mut foreign = client.supported_identity_providers.take().unwrap_or_default();
    foreign.retain(|name| is_foreign(name));
    client.client_name = Some(spec.name.clone());
    client.access_token_validity = Some(validity(spec.tokens.access_seconds));
    client.id_token_validity = Some(validity(spec.tokens.id_seconds));
    client.refresh_token_validity = validity(spec.tokens.refresh_seconds);
    client.token_validity_units = Some(in_seconds());
    client.supported_identity_providers =
        Some(own.into_iter().chain(wanted).chain(foreign).collect());
    client.allowed_o_auth_flows_user_pool_client = Some(hosted);
    client.allowed_o_auth_flows = list(&spec.flows).filter(|_| hosted);
    client.allowed_o_auth_scopes = only_hosted(&spec.scopes);
    client.callback_urls = only_hosted(&spec.callback_urls);
    client.logout_urls = only_hosted(&spec.logout_urls);
    client.explicit_auth_flows = list(&spec.sign_in);
    client.prevent_user_existence_errors = Some(if spec.hides_users {
        PreventUserExistenceErrorTypes::Enabled
    } else {
        PreventUserExistenceErrorTypes::Legacy
    });
    client.enable_token_revocation = Some(spec.revocable);
    // The default must be one of the callback URLs.
    client.default_redirect_uri.take_if(|uri| !spec.callback_urls.contains(uri));
}

/// A request with what nk sets for a client.
macro_rules! declared {
    ($call:expr, $client:expr) => {
        $call
            .set_client_name($client.client_name)
            .refresh_token_validity($client.refresh_token_validity)
            .set_access_token_validity($client.access_token_validity)
            .set_id_token_validity($client.id_token_validity)
            .set_token_validity_units($client.token_validity_units)
            .set_explicit_auth_flows($client.explicit_auth_flows)
            .set_supported_identity_providers($client.supported_identity_providers)
            .set_callback_urls($client.callback_urls)
            .set_logout_urls($client.logout_urls)
            .set_allowed_o_auth_flows($client.allowed_o_auth_flows)
            .set_allowed_o_auth_scopes($client.allowed_o_auth_scopes)
            .set_allowed_o_auth_flows_user_pool_client(
                $client.allowed_o_auth_flows_user_pool_client,
            )
            .set_prevent_user_existence_errors($client.prevent_user_existence_errors)
            .set_enable_token_revocation($client.enable_token_revocation)
    };
}

impl Aws {
    /// The request that changes nothing of a pool.
    pub(super) fn same_pool(&self, pool: UserPoolType) -> UpdateUserPoolFluentBuilder {
        // Names that begin with `aws:` belong to AWS and cannot be sent.
        let tags = pool.user_pool_tags.map(|mut tags| {
            tags.retain(|key, _| !key.starts_with("aws:"));
            tags
        });
        self.cognito
            .update_user_pool()
            .set_user_pool_id(pool.id)
            .set_pool_name(pool.name)
            .set_policies(pool.policies)
            .set_deletion_protection(pool.deletion_protection)
            .set_lambda_config(pool.lambda_config)
            .set_auto_verified_attributes(pool.auto_verified_attributes)
            .set_sms_verification_message(pool.sms_verification_message)
            .set_email_verification_message(pool.email_verification_message)
            .set_email_verification_subject(pool.email_verification_subject)
            .set_verification_message_template(pool.verification_message_template)
            .set_sms_authentication_message(pool.sms_authentication_message)
            .set_user_attribute_update_settings(pool.user_attribute_update_settings)
            .set_mfa_configuration(pool.mfa_configuration)
            .set_device_configuration(pool.device_configuration)
            .set_email_configuration(pool.email_configuration)
            .set_sms_configuration(pool.sms_configuration)
            .set_user_pool_tags(tags)
            .set_admin_create_user_config(pool.admin_create_user_config.map(without_validity))
            .set_user_pool_add_ons(pool.user_pool_add_ons)
            .set_account_recovery_setting(pool.account_recovery_setting)
            .set_user_pool_tier(pool.user_pool_tier)
            .set_key_configuration(pool.key_configuration)
            .set_issuer_configuration(pool.issuer_configuration)
            .set_acr_configuration(pool.acr_configuration)
    }

    /// The request that changes a pool to what `spec` says, and nothing else of it.
    pub(super) fn overlaid_pool(
        &self,
        mut pool: UserPoolType,
        spec: &UserPool,
    ) -> UpdateUserPoolFluentBuilder {
        let mut tags = pool.user_pool_tags.take().unwrap_or_default();
        tags.extend(spec.tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned())));
        pool.user_pool_tags = Some(tags);
        let policies = pool.policies.take();
        let (password, sign_in) =
            policies.map_or((None, None), |live| (live.password_policy, live.sign_in_policy));
        let history = password.and_then(|policy| policy.password_history_size);
        let password = password_policy(&spec.password).set_password_history_size(history).build();
        let tier = UserPoolTierType::from(spec.tier.as_str());
        // Signing in by password only is the default, and the only policy that `LITE` supports.
        let sign_in = sign_in.filter(|policy| tier != UserPoolTierType::Lite || !plain(policy));
        let policies = UserPoolPolicyType::builder()
            .password_policy(password)
            .set_sign_in_policy(sign_in)
            .build();
        self.same_pool(pool)
            .pool_name(&spec.name)
            .policies(policies)
            .deletion_protection(protection(spec.protected))
            .set_auto_verified_attributes(list(&spec.verified))
            .account_recovery_setting(recovery(spec))
            .user_pool_tier(tier)
    }

    /// The request that creates an app client with this document.
    pub(super) fn new_client(
        &self,
        client: UserPoolClientType,
    ) -> CreateUserPoolClientFluentBuilder {
        declared!(self.cognito.create_user_pool_client(), client)
    }

    /// The request that replaces an app client's document with this one.
    pub(super) fn replaced_client(
        &self,
        client: UserPoolClientType,
    ) -> UpdateUserPoolClientFluentBuilder {
        declared!(self.cognito.update_user_pool_client(), client)
            .set_user_pool_id(client.user_pool_id)
            .set_client_id(client.client_id)
            .set_read_attributes(client.read_attributes)
            .set_write_attributes(client.write_attributes)
            .set_default_redirect_uri(client.default_redirect_uri)
            .set_analytics_configuration(client.analytics_configuration)
            .set_enable_propagate_additional_user_context_data(
                client.enable_propagate_additional_user_context_data,
            )
            .set_auth_session_validity(client.auth_session_validity)
            .set_refresh_token_rotation(client.refresh_token_rotation)
    }
}

/// The same without `UnusedAccountValidityDays`, which Cognito refuses together with the password
/// policy's `TemporaryPasswordValidityDays`; 0 means none.
fn without_validity(config: AdminCreateUserConfigType) -> AdminCreateUserConfigType {
    AdminCreateUserConfigType::builder()
        .allow_admin_create_user_only(config.allow_admin_create_user_only)
        .set_invite_message_template(config.invite_message_template)
        .build()
}

fn plain(policy: &SignInPolicyType) -> bool {
    policy.allowed_first_auth_factors().iter().all(|factor| *factor == AuthFactorType::Password)
}
