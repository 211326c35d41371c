//! Certificates of the moment: an authority and a server certificate, made at each start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

use crate::clock;
use crate::error::Error;

const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What the front needs to speak TLS, and where clients find what to trust.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) folder: Folder,
}

/// A folder of our own that holds the authority's certificate, and goes away with the sandbox.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Identity {
    pub(crate) fn make() -> Result<Self, Error> {
        let (config, pem) = certificates().map_err(|error| Error::Certificate(error.to_string()))?;
        let folder = Folder::make(&pem)?;
        Ok(Self { config: Arc::new(config), folder })
    }
}

impl Folder {
    fn make(pem: &str) -> Result<Self, Error> {
        let path = std::env::temp_dir().join(format!("feishu-corehr-sandbox-{}", clock::random_hex()));
        std::fs::create_dir(&path)?;
        let folder = Self { path };
        std::fs::write(folder.certificate(), pem)?;
        Ok(folder)
    }

    pub(crate) fn certificate(&self) -> PathBuf {
        certificate_in(&self.path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A file that stays behind in the temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

fn certificate_in(folder: &Path) -> PathBuf {
    folder.join("cert.pem")
}

fn certificates() -> Result<(ServerConfig, String), Box<dyn std::error::Error>> {
    // An authority of its own, since some TLS stacks take no self-signed server certificate.
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "feishu-corehr-sandbox authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    limit_life(&mut authority);
    let authority_certificate = authority.self_signed(&authority_key)?;

    let key = KeyPair::generate()?;
    let mut server = CertificateParams::new(NAMES.map(str::to_owned))?;
    server.distinguished_name.push(DnType::CommonName, "feishu-corehr-sandbox");
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    limit_life(&mut server);
    let certificate = server.signed_by(&key, &Issuer::new(authority, authority_key))?;

    let private_key = PrivateKeyDer::try_from(key.serialize_der())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private_key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((config, authority_certificate.pem()))
}

/// Some platforms refuse certificates that live longer than 825 days. A day of grace for slow clocks.
fn limit_life(params: &mut CertificateParams) {
    let now = time::OffsetDateTime::from(std::time::SystemTime::now());
    params.not_before = now - time::Duration::DAY;
    params.not_after = now + time::Duration::days(365);
}
