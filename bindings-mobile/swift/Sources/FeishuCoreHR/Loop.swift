import FeishuCoreHRGenerated

func run(_ native: NativeClient, _ new: NewCall, _ host: Host) async throws(FeishuError) -> Output {
    var new = new
    if !host.headers.isEmpty { new.options.headers = host.headers }
    return try await take(try throwing { [new] in try native.begin(new: new) }, host)
}

/// Takes a call's steps, one after the other, in the task of its caller. What to do is decided in the library.
func take(_ begun: Begun, _ host: Host) async throws(FeishuError) -> Output {
    let call = begun.call
    var step = begun.step
    while true {
        let answer: HostAnswer?
        switch step {
        case .done(let output): return output
        case .failed(let error): throw error
        // Nothing is begun for a caller who is cancelled.
        case _ where Task.isCancelled: answer = nil
        case .askToken(let refused, let limit): answer = await host.token(refused, within: limit)
        case .send(let request, let limit):
            // Asked for only where somebody watches.
            if let onAttempt = host.onAttempt, let started = try throwing({ try call.started() }) { onAttempt(started) }
            answer = await host.send(request, within: limit)
        case .wait(let delay, let wakes): answer = try await call.pause(delay, wakes)
        }
        guard let answer else {
            let error = try call.ended()
            host.onCancelled?(error)
            throw error
        }
        let turn = try throwing { try call.next(answer: answer) }
        if let observation = turn.observation { host.onAttempt?(observation) }
        step = turn.step
    }
}

extension Call {
    /// Ends the call before its end; what it has done until then.
    fileprivate func ended() throws(FeishuError) -> FeishuError {
        try throwing { try cancel() }
    }

    /// Nothing when the call is cancelled.
    fileprivate func pause(_ delay: UInt64, _ wakes: Bool) async throws(FeishuError) -> HostAnswer? {
        let ending = Ending<Void>()
        if wakes {
            try throwing { try wake(waker: Note(ending)) }
        }
        _ = await ending.first(within: delay)
        return Task.isCancelled ? nil : .late
    }
}

/// Called in the midst of another call: to resume a task only puts it in its queue.
private final class Note: Waker {
    private let ending: Ending<Void>

    init(_ ending: Ending<Void>) {
        self.ending = ending
    }

    func wake() {
        ending.come(())
    }
}
