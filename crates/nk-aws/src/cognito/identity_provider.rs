//! How Cognito creates an identity provider.

use std::{collections::HashMap, sync::Arc};

use aws_sdk_cognitoidentityprovider::{
    operation::update_identity_provider::UpdateIdentityProviderError, types::IdentityProviderType,
};
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::cognito::{IdentityProvider, IdentityProviderOutputs};
use nk_model::{Address, Change, Kind, Live};

use super::{
    MISSING, PAGE, Parent,
    credentials::Credentials,
    orphan,
    provider_details::{details, live_provider, provider_type},
};
use crate::{
    Aws,
    sdk_error::{SdkResult, refused},
};

impl Reconcile<IdentityProvider> for Aws {
    async fn observe(
        &self,
        scope: &Scope<IdentityProvider>,
    ) -> CloudResult<Vec<Live<IdentityProvider, IdentityProviderOutputs>>> {
        // The owners of the pools are read while their providers are listed.
        let listed = async {
            let ids = self.ids_for(scope).await?;
            let lists = ids.iter().map(|id| self.provider_names(id.clone()));
            Ok(try_join_all(lists).await?.into_iter().collect::<HashMap<_, _>>())
        };
        let parents = self.parents(scope, |provider| &provider.pool);
        let (mut listed, parents) = tokio::try_join!(listed, parents)?;
        let wanted = || scope.wanted.iter().map(|(_, spec)| spec.name.clone()).collect();
        let names = parents.iter().map(|parent| listed.remove(&parent.id).unwrap_or_else(wanted));
        let names: Vec<_> = names.collect();
        let looks = parents.iter().zip(names);
        let looks = looks.map(|(parent, names)| self.providers_of(parent, names, scope));
        Ok(try_join_all(looks).await?.into_iter().flatten().collect())
    }

    async fn create(
        &self,
        spec: &IdentityProvider,
        address: &Address,
    ) -> CloudResult<Option<Live<IdentityProvider, IdentityProviderOutputs>>> {
        let credentials = self.credentials_of(spec).await?;
        let answer = self
            .cognito
            .create_identity_provider()
            .user_pool_id(spec.pool.as_str())
            .provider_name(&spec.name)
            .provider_type(provider_type(spec))
            .set_provider_details(Some(details(spec, &credentials)))
            .set_attribute_mapping(Some(spec.attributes.clone().into_iter().collect()))
            .send()
            .await
            .or_cloud_error()
            .map_err(|error| credentials.scrub(error))?;
        let provider = answer.identity_provider;
        Ok(provider.and_then(|provider| {
            let wanted = Some((spec, Some(&credentials)));
            live_provider(provider, spec.pool.as_str(), address.clone(), wanted)
        }))
    }

    async fn update(
        &self,
        spec: &IdentityProvider,
        live: &Live<IdentityProvider, IdentityProviderOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<IdentityProvider, IdentityProviderOutputs>>> {
        let pool = spec.pool.as_str();
        let (provider, credentials) =
            tokio::try_join!(self.provider(pool, &spec.name), self.credentials_of(spec))?;
        let Some(provider) = provider else { return Ok(None) };
        if let Some(found) = provider.provider_type.filter(|found| *found != provider_type(spec)) {
            let name = &spec.name;
            let message = format!(
                "`{name}` is a provider of type {found}, and the type cannot be \
                                   changed"
            );
            return Err(refused::<UpdateIdentityProviderError>(message));
        }
        let answer = self
            .cognito
            .update_identity_provider()
            .user_pool_id(pool)
            .provider_name(&spec.name)
            .set_provider_details(Some(details(spec, &credentials)))
            .set_attribute_mapping(Some(spec.attributes.clone().into_iter().collect()))
            .set_idp_identifiers(provider.idp_identifiers)
            .set_acr_mapping(provider.acr_mapping)
            .send()
            .await
            .or_cloud_error()
            .map_err(|error| credentials.scrub(error))?;
        let provider = answer.identity_provider;
        let wanted = Some((spec, Some(&credentials)));
        Ok(provider
            .and_then(|provider| live_provider(provider, pool, live.address.clone(), wanted)))
    }

    async fn destroy(
        &self,
        live: &Live<IdentityProvider, IdentityProviderOutputs>,
    ) -> CloudResult<Departure> {
        let call = self.cognito.delete_identity_provider().provider_name(&live.spec.name);
        call.user_pool_id(live.spec.pool.as_str()).send().await.accepting(MISSING)?;
        Ok(Departure::Gone)
    }
}

impl Aws {
    /// The providers of one pool that are looked for. They have no tags: those with a name that nk
    /// gives belong to the owner of the pool, and others are ignored.
    async fn providers_of(
        &self,
        parent: &Parent,
        names: Vec<String>,
        scope: &Scope<IdentityProvider>,
    ) -> CloudResult<Vec<Live<IdentityProvider, IdentityProviderOutputs>>> {
        let wanted = |name: &str| {
            let mut wanted = scope.wanted.iter();
            wanted.find(|(_, spec)| spec.name == name && parent.is(&spec.pool))
        };
        let given = |name: &&String| {
            IdentityProvider::NAMES.contains(&name.as_str()) || wanted(name).is_some()
        };
        let names: Vec<_> = names.iter().filter(given).collect();
        let looks = try_join_all(names.iter().map(|name| self.provider(&parent.id, name)));
        let credentials = async {
            let any = names.iter().any(|name| wanted(name).is_some());
            if any { self.all_credentials(scope).await } else { Ok(Arc::default()) }
        };
        let (providers, credentials) = tokio::try_join!(looks, credentials)?;
        let found = providers.into_iter().flatten().filter_map(|provider| {
            let name = provider.provider_name()?;
            let Some((address, spec)) = wanted(name) else {
                let address = orphan(IdentityProvider::KIND, &name.to_lowercase());
                return live_provider(provider, &parent.id, address, None);
            };
            let value = Option::as_ref(&credentials);
            let ours = value.and_then(|value| Credentials::of(value, &spec.credentials_key));
            live_provider(provider, &parent.id, address.clone(), Some((spec, ours.as_ref())))
        });
        Ok(found.collect())
    }

    /// The id of a pool and the names of its providers.
    async fn provider_names(&self, pool: String) -> CloudResult<(String, Vec<String>)> {
        let call = self.cognito.list_identity_providers().user_pool_id(&pool);
        let pages = call.max_results(PAGE).into_paginator().items().send();
        let listed = pages.collect::<Result<Vec<_>, _>>().await.accepting(MISSING)?;
        let names = listed.into_iter().flatten().filter_map(|provider| provider.provider_name);
        Ok((pool, names.collect()))
    }

    /// One provider, with the secret that Cognito shows.
    async fn provider(&self, pool: &str, name: &str) -> CloudResult<Option<IdentityProviderType>> {
        let call = self.cognito.describe_identity_provider().user_pool_id(pool);
        let answer = call.provider_name(name).send().await.accepting(MISSING)?;
        Ok(answer.and_then(|answer| answer.identity_provider))
    }
}
