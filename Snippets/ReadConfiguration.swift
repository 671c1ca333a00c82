// Reads the configuration of a client from environment variables: ROULETTE_SERVERS, ROULETTE_POOL_SIZE and others.
import Configuration
import Roulette

let reader = ConfigReader(provider: EnvironmentVariablesProvider())
let configuration = try RouletteConfiguration(reader: reader.scoped(to: "roulette"))
let client = try RouletteClient(configuration: configuration)
for cluster in client.clusters { print("\(cluster.name) \(cluster.address)") }
