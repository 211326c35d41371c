//! HTTPS, with a client that trusts the printed certificate and nothing else.

use std::sync::Arc;

use feishu_corehr_sandbox::{FaultOrder, Operation, Sandbox};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::client::{last, sandbox, token_request};

async fn ask(sandbox: &Sandbox, name: &'static str) -> std::io::Result<Vec<u8>> {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(sandbox.certificate_path()).expect("the file is a certificate");
    roots.add(certificate).expect("it can be trusted");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the versions are known")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let url = sandbox.https_url();
    let stream = TcpStream::connect(url.strip_prefix("https://").expect("the address is HTTPS's")).await?;
    let name = ServerName::try_from(name).expect("a name");
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let raw = token_request(sandbox).replace("Host: sandbox\r\n", "Host: sandbox\r\nConnection: close\r\n");
    stream.write_all(raw.as_bytes()).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    Ok(bytes)
}

#[tokio::test]
async fn the_certificate_is_good_for_the_names_of_loopback_only() {
    let sandbox = sandbox().await;
    for name in ["127.0.0.1", "localhost", "::1"] {
        let bytes = ask(&sandbox, name).await.expect(name);
        assert!(bytes.starts_with(b"HTTP/1.1 200 OK\r\n"), "{name}");
    }
    assert!(last(&sandbox, Operation::Token).tls);
    assert!(ask(&sandbox, "example.test").await.is_err());
}

#[tokio::test]
async fn faults_strike_under_encryption_too() {
    let sandbox = sandbox().await;
    for fault in ["rst-after-applied", "eof-in-body", "rst-after-head-half"] {
        sandbox.order_fault(&FaultOrder::once(Operation::Token, fault)).expect("the fault is in the catalogue");
        let answer = ask(&sandbox, "localhost").await;
        assert!(answer.is_err() || fault == "eof-in-body", "{fault}");
        assert_eq!(last(&sandbox, Operation::Token).fault.as_deref(), Some(fault));
    }
}

#[tokio::test]
async fn the_certificate_goes_away_with_the_sandbox() {
    let sandbox = sandbox().await;
    let path = sandbox.certificate_path();
    assert!(path.exists());
    drop(sandbox);
    assert!(!path.exists());
}

#[tokio::test]
async fn several_sandboxes_do_not_know_each_other() {
    let (one, two) = (sandbox().await, sandbox().await);
    ask(&one, "localhost").await.expect("it answers");
    assert_eq!((one.log().len(), two.log().len()), (1, 0));
}
