import Settings
import TerminalUI

extension Command {
    /// All commands, in the order of the help. To add a command, add a value here.
    static let all: [Command] = [
        Command("quit", "q", summary: "quit", key: .quit) { _, _ in { $0.quit() } },

        Command(
            "view",
            "v",
            arguments: "NAME",
            summary: "open a view; the NAME alone works too",
            completions: { text, _ in CompletionList(views.map(\.name), for: text) }
        ) { arguments, data in
            let name = arguments.word().lowercased()
            guard let view = views.first(where: { $0.name.hasPrefix(name) }) else {
                let names = views.map { SafeText(untrusted: $0.name) }.joined(separator: " ")
                arguments.fail("no view \(untrusted: name); the views are \(names)")
                return { _ in [] }
            }
            return view.read(&arguments, data)
        },

        Command(
            "sub",
            "subscribe",
            arguments: "TOPIC [QUEUE]",
            summary: "subscribe to a topic or pattern",
            key: .subscribe,
            completions: topics,
            hint: { RouteLine($0, $1).text }
        ) { arguments, _ in
            let request = SubscriptionRequest(pattern: arguments.word(), queueGroup: arguments.remainder())
            return { $0.subscribe(request) }
        },

        Command(
            "watch",
            arguments: "PATTERN",
            summary: "show and count messages from others",
            completions: topics
        ) { arguments, _ in
            let request = SubscriptionRequest(pattern: arguments.word(), purpose: .watch)
            return { $0.subscribe(request) }
        },

        Command(
            "unsub",
            "unsubscribe",
            arguments: "TOPIC",
            summary: "end a subscription or watch",
            key: .unsubscribe,
            completions: { text, data in CompletionList(data.subscriptions.map(\.request.pattern), for: text) }
        ) { arguments, _ in
            let pattern = arguments.word()
            return { $0.unsubscribe(from: pattern) }
        },

        Command(
            "pub",
            "publish",
            arguments: "TOPIC [BODY]",
            summary: "publish a message",
            key: .publish,
            completions: topics,
            hint: { RouteLine($0, $1).text }
        ) { arguments, _ in
            let topic = arguments.word()
            guard let body = arguments.remainder() else {
                return { model in
                    model.openPublish(MessageDraft(topic: topic))
                    return []
                }
            }
            return { $0.publish(PublishRequest(topic: topic, body: Array(body.utf8))) }
        },

        Command(
            "route",
            "r",
            arguments: "TOPIC",
            summary: "show which cluster owns a topic",
            completions: topics,
            hint: { RouteLine($0, $1).text }
        ) { arguments, _ in
            let topic = arguments.word()
            return { model in
                model.route(topic)
                return []
            }
        },

        Command(
            "reconnect",
            arguments: "[CLUSTER]",
            summary: "replace connections by new ones",
            completions: { text, data in CompletionList(data.deployment.clusterNames, for: text) }
        ) { arguments, data in
            let target = arguments.cluster(data).map(ReconnectTarget.cluster) ?? .all
            return { model in
                model.prompt = ReconnectPrompt(target, model.data)
                return []
            }
        },

        Command(
            "rebalance",
            arguments: "[CLUSTER]",
            summary: "spread connections over the servers again",
            completions: { text, data in CompletionList(data.deployment.clusterNames, for: text) }
        ) { arguments, data in
            let cluster = arguments.cluster(data)
            return { $0.rebalance(cluster) }
        },

        Command("canary", summary: "which servers pass messages to which") { _, _ in
            { model in
                model.prompt = TextPrompt<CanaryMatrix>()
                return []
            }
        },

        Command("fleet", summary: "connected programs and their rings") { _, _ in
            { model in
                model.prompt = TextPrompt<FleetText>()
                return []
            }
        },

        Command("dismiss", summary: "forget servers that are gone") { _, _ in { $0.dismissGone() } },

        Command(
            "sort",
            "o",
            arguments: "COLUMN",
            summary: "sort the rows by a column",
            completions: { text, _ in
                // The columns of all views. The command checks whether the open view has the column.
                var names: [String] = []
                for name in ViewList.standard.flatMap({ type(of: $0).sortNames }) where !names.contains(name) {
                    names.append(name)
                }
                return CompletionList(names, for: text)
            }
        ) { arguments, _ in
            let column = arguments.word()
            return { model in
                model.sort(by: column)
                return []
            }
        },

        Command(
            "profile",
            "context",
            arguments: "NAME",
            summary: "show another profile or nats context",
            completions: { text, data in CompletionList(data.profileNames, for: text) }
        ) { arguments, data in
            guard let name = arguments.remainder() else {
                let names = data.profileNames.map { SafeText(untrusted: $0) }.joined(separator: ", ")
                arguments.fail(
                    names.isEmpty ? "there is no other profile" : ":profile needs NAME; the profiles are \(names)"
                )
                return { _ in [] }
            }
            return { _ in [.background(.checkProfile(name))] }
        },

        Command(
            "theme",
            arguments: "[NAME]",
            summary: "change the theme, or choose from a list",
            completions: { text, data in CompletionList(data.themeNames, for: text) },
            previewedTheme: { text, data in data.themeNames.first { $0 == text } }
        ) { arguments, _ in
            if let name = arguments.remainder() { return { $0.useTheme(name) } }
            return { model in
                model.prompt = ThemePrompt(names: model.data.themeNames, current: model.data.theme.name)
                return []
            }
        },

        Command("mouse", summary: "mouse on or off", key: .mouse) { _, _ in { $0.perform(.mouse) } },

        Command("help", "h", summary: "help for this view", key: .help) { _, _ in { $0.perform(.help) } },
    ]

    /// One command for each view.
    static var views: [Command] {
        ViewList.standard.map { view in
            let opening = type(of: view).opening
            return Command(opening.rawValue, summary: "open the view", key: opening) { _, _ in
                { model in
                    model.open(opening)
                    return []
                }
            }
        }
    }

    /// Returns the topics that complete the first argument. The arguments after it are not topics.
    private static func topics(_ text: String, _ data: DashboardData) -> CompletionList {
        text.contains(" ") ? .empty : TopicCompletion.list(for: text, data)
    }
}
