import FeishuCoreHRGenerated
import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Sends requests by URLSession: without cookies, cache, stored credentials or redirects, and a cancelled call closes its
/// connection.
///
/// URLSession may send a request again by itself when a kept connection breaks, and that cannot be switched off. The
/// client knows: what a server says to a second withdrawal is not taken for somebody else's. How long connecting takes
/// cannot be limited either, nor is it told: a request that was given up may have been sent.
///
/// Outside Apple's systems, at the speed of a machine's own network, URLSession may read an answer without end on and on,
/// whatever it is told.
public final class URLSessionTransport: Transport {
    private let exchanges = Exchanges()
    private let session: URLSession

    /// - Parameter base: brings proxy, TLS settings and protocol classes; its cache, cookies and credentials are not used.
    public init(configuration base: URLSessionConfiguration = .ephemeral) {
        session = URLSession(configuration: plain(base), delegate: exchanges, delegateQueue: nil)
    }

    deinit {
        session.finishTasksAndInvalidate()
    }

    public func send(request: HttpRequest) async throws -> HttpResponse {
        // A session of its own has no connection that could have gone stale.
        let session = request.freshConnection ? again() : self.session
        defer { if request.freshConnection { session.finishTasksAndInvalidate() } }
        let task = session.dataTask(with: try urlRequest(request))
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                exchanges.begin(task, request, continuation)
            }
        } onCancel: {
            exchanges.cancel(task)
        }
    }

    private func again() -> URLSession {
        URLSession(configuration: session.configuration, delegate: exchanges, delegateQueue: nil)
    }
}

/// The requests under way. Of each the first thing that ends it counts.
private final class Exchanges: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private struct Exchange {
        let continuation: CheckedContinuation<HttpResponse, any Error>
        let mostBytes: UInt64
        let alarm: DispatchWorkItem
        var head: HTTPURLResponse?
        var body = Data()
    }

    private let lock = NSLock()
    private var running: [ObjectIdentifier: Exchange] = [:]

    func begin(
        _ task: URLSessionTask, _ request: HttpRequest, _ continuation: CheckedContinuation<HttpResponse, any Error>
    ) {
        let alarm = DispatchWorkItem { [weak self] in self?.timeOut(task, after: request.budget) }
        let exchange = Exchange(continuation: continuation, mostBytes: request.maxResponse, alarm: alarm)
        lock.withLock { running[ObjectIdentifier(task)] = exchange }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(clamping: request.budget)), execute: alarm)
        // Whoever cancelled before has found nothing to end.
        if Task.isCancelled {
            cancel(task)
        } else {
            task.resume()
        }
    }

    func cancel(_ task: URLSessionTask) {
        task.cancel()
        end(task, .failure(CancellationError()))
    }

    private func timeOut(_ task: URLSessionTask, after budget: UInt64) {
        let detail = "no whole answer within \(budget) ms"
        end(task, .failure(TransportError.Failed(kind: .timeout, bytesWritten: true, detail: detail)))
        task.cancel()
    }

    func urlSession(
        _: URLSession, task _: URLSessionTask, willPerformHTTPRedirection _: HTTPURLResponse, newRequest _: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _: URLSession, task _: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        // Nobody's password is sent, and no second request: the answer itself is what the call wants.
        let asksForPassword = passwordMethods.contains(challenge.protectionSpace.authenticationMethod)
        completionHandler(asksForPassword ? .rejectProtectionSpace : .performDefaultHandling, nil)
    }

    func urlSession(
        _: URLSession, dataTask task: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        lock.withLock { running[ObjectIdentifier(task)]?.head = response as? HTTPURLResponse }
        completionHandler(.allow)
    }

    func urlSession(_: URLSession, dataTask task: URLSessionDataTask, didReceive data: Data) {
        let mostBytes: UInt64? = lock.withLock {
            running[ObjectIdentifier(task)]?.body.append(data)
            guard let exchange = running[ObjectIdentifier(task)] else { return nil }
            return UInt64(exchange.body.count) > exchange.mostBytes ? exchange.mostBytes : nil
        }
        if let mostBytes {
            let detail = "more than \(mostBytes) bytes"
            end(task, .failure(TransportError.Failed(kind: .tooLarge, bytesWritten: true, detail: detail)))
            task.cancel()
        }
    }

    func urlSession(_: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let exchange = lock.withLock({ running[ObjectIdentifier(task)] }) else { return }
        // Outside Apple's systems a refused challenge ends the task, though there is an answer.
        let isRefused = (error as? URLError)?.code == .cancelled && exchange.head != nil
        if let error, !isRefused {
            end(task, .failure(transportError(error, hasHead: exchange.head != nil)))
        } else if let head = exchange.head ?? task.response as? HTTPURLResponse {
            let status = UInt16(clamping: head.statusCode)
            end(task, .success(HttpResponse(status: status, headers: headers(of: head), body: exchange.body)))
        } else {
            end(task, .failure(TransportError.Failed(kind: .other, bytesWritten: true, detail: "no HTTP answer")))
        }
    }

    private func end(_ task: URLSessionTask, _ result: Result<HttpResponse, any Error>) {
        let exchange = lock.withLock { running.removeValue(forKey: ObjectIdentifier(task)) }
        exchange?.alarm.cancel()
        exchange?.continuation.resume(with: result)
    }
}

private func plain(_ base: URLSessionConfiguration) -> URLSessionConfiguration {
    let configuration = base.copy() as? URLSessionConfiguration ?? .ephemeral
    configuration.httpCookieStorage = nil
    configuration.httpShouldSetCookies = false
    configuration.httpCookieAcceptPolicy = .never
    configuration.urlCache = nil
    configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
    configuration.urlCredentialStorage = nil
    // The client paces its requests; a queue here would be waiting time that nobody sees.
    configuration.httpMaximumConnectionsPerHost = mostConnections
    #if canImport(Darwin)
    configuration.waitsForConnectivity = false
    configuration.tlsMinimumSupportedProtocolVersion = .TLSv12
    #endif
    return configuration
}

private func urlRequest(_ request: HttpRequest) throws -> URLRequest {
    guard let url = URL(string: request.url) else {
        throw TransportError.Failed(kind: .other, bytesWritten: false, detail: "URLSession cannot read the URL")
    }
    var made = URLRequest(url: url)
    made.httpMethod = "\(request.method)".uppercased()
    // Of silence alone, and not exact: the budget is kept by an alarm of our own, and this must not be earlier.
    made.timeoutInterval = Double(request.budget) / 1_000 + grace
    for header in request.headers {
        made.addValue(header.value, forHTTPHeaderField: header.name)
    }
    made.httpBody = request.body
    return made
}

private func headers(of response: HTTPURLResponse) -> [Header] {
    response.allHeaderFields.compactMap { name, value in
        guard let name = name as? String, let value = value as? String else { return nil }
        return Header(name: name.lowercased(), value: value)
    }
}

/// What URLSession's errors mean. `bytesWritten` is false only where there was no connection yet.
private func transportError(_ error: any Error, hasHead: Bool) -> TransportError {
    guard let error = error as? URLError else {
        return .Failed(kind: .other, bytesWritten: true, detail: "\(type(of: error))")
    }
    let (kind, bytesWritten): (TransportErrorKind, Bool) =
        switch error.code {
        // Outside Apple's systems only the text tells these two from others.
        case _ where error.localizedDescription.contains("certificate"): (.tlsUntrusted, false)
        case _ where error.localizedDescription.hasPrefix("TLS connect error"): (.tlsIo, false)
        case .cannotFindHost, .dnsLookupFailed: (.dns, false)
        case .callIsActive, .cannotConnectToHost, .dataNotAllowed, .internationalRoamingOff, .notConnectedToInternet:
            (.connect, false)
        case .clientCertificateRejected, .clientCertificateRequired, .serverCertificateHasBadDate,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .serverCertificateUntrusted:
            (.tlsUntrusted, false)
        case .secureConnectionFailed: (.tlsIo, false)
        case .timedOut: (.timeout, true)
        case _ where hasHead: (.badBody, true)
        case .badServerResponse, .networkConnectionLost, .unknown: (.disconnected, true)
        default: (.other, true)
        }
    return .Failed(kind: kind, bytesWritten: bytesWritten, detail: "URLError \(error.code.rawValue)")
}

private let passwordMethods = [
    NSURLAuthenticationMethodDefault, NSURLAuthenticationMethodHTTPBasic, NSURLAuthenticationMethodHTTPDigest,
    NSURLAuthenticationMethodNTLM, NSURLAuthenticationMethodNegotiate,
]
private let mostConnections = 64
private let grace = 5.0
