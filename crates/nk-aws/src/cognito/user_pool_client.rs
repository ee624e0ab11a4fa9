//! How Cognito creates an app client.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_cognitoidentityprovider::types::{
    PreventUserExistenceErrorTypes, UserPoolClientDescription, UserPoolClientType,
};
use futures::future::try_join_all;
use nk_engine::{CloudResult, Departure, Reach, Reconcile, Scope};
use nk_kinds::cognito::{UserPoolClient, UserPoolClientOutputs};
use nk_model::{Address, Change, Kind, Live, Ref};

use super::{
    MISSING, Parent, orphan,
    overlay::{OWN_USERS, declare, is_foreign},
    token_validity::observed,
    words,
};
use crate::{Aws, retry::once, sdk_error::SdkResult};

impl Reconcile<UserPoolClient> for Aws {
    async fn observe(
        &self,
        scope: &Scope<UserPoolClient>,
    ) -> CloudResult<Vec<Live<UserPoolClient, UserPoolClientOutputs>>> {
        // The owners of the pools are read while their clients are listed.
        let listed = async {
            let ids = self.ids_for(scope).await?;
            let lists = ids.iter().map(|id| self.listed_clients(id.clone()));
            Ok(try_join_all(lists).await?.into_iter().collect::<HashMap<_, _>>())
        };
        let parents = self.parents(scope, |client| &client.pool);
        let (mut listed, parents) = tokio::try_join!(listed, parents)?;
        let listed: Vec<_> = parents.iter().map(|parent| listed.remove(&parent.id)).collect();
        let looks = parents.iter().zip(listed);
        let looks = looks.map(|(parent, listed)| self.clients_of(parent, listed, scope));
        Ok(try_join_all(looks).await?.into_iter().flatten().collect())
    }

    async fn create(
        &self,
        spec: &UserPoolClient,
        address: &Address,
    ) -> CloudResult<Option<Live<UserPoolClient, UserPoolClientOutputs>>> {
        // There is no token and no unique name: a second attempt of the SDK could create a second
        // client.
        let mut client = UserPoolClientType::builder().build();
        declare(&mut client, spec);
        let answer = self
            .new_client(client)
            .user_pool_id(spec.pool.as_str())
            .generate_secret(spec.secret)
            .customize()
            .config_override(once!(aws_sdk_cognitoidentityprovider))
            .send()
            .await
            .or_cloud_error()?;
        let client = answer.user_pool_client;
        Ok(client.and_then(|client| live_client(client, address.clone(), Some(spec))))
    }

    async fn update(
        &self,
        spec: &UserPoolClient,
        live: &Live<UserPoolClient, UserPoolClientOutputs>,
        _: &[Change],
    ) -> CloudResult<Option<Live<UserPoolClient, UserPoolClientOutputs>>> {
        let Some(mut client) = self.client(spec.pool.as_str(), &live.id).await? else {
            return Ok(None);
        };
        declare(&mut client, spec);
        let call = self.replaced_client(client);
        let answer = call.send().await.or_cloud_error()?;
        let client = answer.user_pool_client;
        Ok(client.and_then(|client| live_client(client, live.address.clone(), Some(spec))))
    }

    async fn destroy(
        &self,
        live: &Live<UserPoolClient, UserPoolClientOutputs>,
    ) -> CloudResult<Departure> {
        let call = self.cognito.delete_user_pool_client().client_id(&live.id);
        call.user_pool_id(live.spec.pool.as_str()).send().await.accepting(MISSING)?;
        Ok(Departure::Gone)
    }
}

impl Aws {
    /// The clients of one pool that are looked for. They have no tags: the pool and the name
    /// identify them.
    async fn clients_of(
        &self,
        parent: &Parent,
        listed: Option<Vec<UserPoolClientDescription>>,
        scope: &Scope<UserPoolClient>,
    ) -> CloudResult<Vec<Live<UserPoolClient, UserPoolClientOutputs>>> {
        let ids: Vec<_> = if let Some(id) = scope.id() {
            vec![id.to_owned()]
        } else {
            let listed = match listed {
                Some(listed) => listed,
                None => self.listed_clients(parent.id.clone()).await?.1,
            };
            let ours = listed.into_iter().filter_map(|client| {
                self.client_address(client.client_name()?, parent, scope)?;
                client.client_id
            });
            ours.collect()
        };
        let looks = ids.iter().map(|id| self.client(&parent.id, id));
        let clients = try_join_all(looks).await?.into_iter().flatten();
        let found = clients.filter_map(|client| {
            let (address, wanted) = self.client_address(client.client_name()?, parent, scope)?;
            live_client(client, address, wanted)
        });
        Ok(found.collect())
    }

    /// The address of a client with this name in this scope, and what is desired there.
    fn client_address<'a>(
        &self,
        name: &str,
        parent: &Parent,
        scope: &'a Scope<UserPoolClient>,
    ) -> Option<(Address, Option<&'a UserPoolClient>)> {
        let mut wanted = scope.wanted.iter();
        if let Some((address, spec)) =
            wanted.find(|(_, spec)| spec.name == name && parent.is(&spec.pool))
        {
            return Some((address.clone(), Some(spec)));
        }
        let rest = name.strip_prefix(&self.stack.prefix())?.strip_prefix('-')?;
        let all = scope.reach == Reach::Stack;
        all.then(|| (orphan(UserPoolClient::KIND, rest), None))
    }
}

/// A client as its description shows it, without its secret, which is not passed on.
fn live_client(
    client: UserPoolClientType,
    address: Address,
    wanted: Option<&UserPoolClient>,
) -> Option<Live<UserPoolClient, UserPoolClientOutputs>> {
    let tokens = observed(&client);
    let id = client.client_id?;
    let hosted = client.allowed_o_auth_flows_user_pool_client == Some(true);
    // Flows that are listed but not allowed do not count.
    let flows = client.allowed_o_auth_flows.as_deref().filter(|_| hosted);
    let (foreign, mut providers): (BTreeSet<_>, BTreeSet<_>) =
        words(client.supported_identity_providers.as_deref())
            .into_iter()
            .partition(|name| wanted.is_some_and(|wanted| is_foreign(name, wanted)));
    let mut spec = UserPoolClient {
        pool: Ref::known(client.user_pool_id?),
        name: client.client_name?,
        secret: client.client_secret.is_some(),
        tokens,
        callback_urls: words(client.callback_urls.as_deref()),
        logout_urls: words(client.logout_urls.as_deref()),
        scopes: words(client.allowed_o_auth_scopes.as_deref()),
        flows: words(flows),
        sign_in: words(client.explicit_auth_flows.as_deref()),
        hides_users: client.prevent_user_existence_errors
            == Some(PreventUserExistenceErrorTypes::Enabled),
        revocable: client.enable_token_revocation == Some(true),
        own_users: providers.remove(OWN_USERS),
        providers: providers.into_iter().map(Ref::known).collect(),
    };
    // What cannot be set without a callback URL is not missing without one.
    if let Some(wanted) = wanted.filter(|wanted| wanted.callback_urls.is_empty() && !hosted) {
        spec.callback_urls.clear();
        spec.scopes.clone_from(&wanted.scopes);
        spec.logout_urls.clone_from(&wanted.logout_urls);
    }
    let outputs = UserPoolClientOutputs { id: id.clone() };
    let mut live = Live::ready(address, id, spec, outputs);
    let note = |name| {
        format!(
            "the identity provider `{name}` was added outside this stack and is \
                               kept"
        )
    };
    live.notes.extend(foreign.into_iter().map(note));
    Some(live)
}
