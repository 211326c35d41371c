import FeishuCoreHR
import Foundation
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(5))) struct ClientTests {
    let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    @Test func aRunningProcessIsWithdrawnAndRead() async throws {
        let client = try sandbox.client()
        let id = try await sandbox.running()
        #expect(try await client.getProcess(id).status == .inProgress)
        let done = try await client.withdrawProcess(id, actor: .system(user: .openId("ou_1")), reason: "重复 duplicate")
        #expect(done.attribution == .ours && done.logId != nil)
        #expect(try await client.getProcess(id).status == .withdrawn)
        let body = try #require(try await sandbox.log("withdraw_process").first?["body"]?.string)
        #expect(body.contains("重复 duplicate") && body.contains("ou_1"))
    }

    @Test func anErrorHasAllFieldsAndOurSentence() async throws {
        let client = try sandbox.client()
        let error = try await failure { try await client.withdrawProcess(sandbox.process("completed"), actor: .system()) }
        #expect(error.kind == .notWithdrawable && error.effect == .none)
        #expect(error.code == 1_161_006 && error.httpStatus == 400 && error.status == 9)
        let logId = try #require(error.logId)
        #expect("\(error)".hasPrefix("withdraw_process: the process is not running any more"))
        #expect("\(error)".contains(logId))
        let asError: any LocalizedError = error
        #expect(asError.errorDescription == "\(error)" && asError.failureReason == error.summary)
        #expect(asError.recoverySuggestion == error.advice?.en && error.advice?.zh.isEmpty == false)
        #expect((error as any Error).localizedDescription == "\(error)")
    }

    @Test func wrongArgumentsAreOneErrorAndNothingIsSent() async throws {
        let client = try sandbox.client()
        let error = try await failure {
            try await client.withdrawProcess("../7", actor: .user(.openId("")), reason: String(repeating: "x", count: 612))
        }
        #expect(error.kind == .invalidArgument && error.effect == .none)
        #expect(error.problems.map(\.field).sorted() == ["process_id", "reason", "user_id"])
        #expect(try await sandbox.log().isEmpty)
    }

    @Test func whatACodeMeansIsKnown() throws {
        let explanation = try #require(try explain(operation: "withdraw_process", code: 1_161_006))
        #expect(explanation.advice?.en.isEmpty == false)
        #expect(try explain(operation: "withdraw_process", code: 1) == nil)
        #expect(try operations().contains("withdraw_process"))
    }

    @Test func aMissingAnswerIsReadBack() async throws {
        try await sandbox.fault(on: "withdraw_process", "rst-after-applied")
        let client = try sandbox.client()
        let done = try await client.withdrawProcess(sandbox.running(), actor: .system())
        #expect(done.attribution == .presumed)
        #expect(try await sandbox.log("withdraw_process").count == 1)
    }
}
