package io.github.ratelimit.store.redis.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests run in several JVMs at the same time. */
class FreePortsTests {

	private static final int PORTS = 400;

	@Test
	void noTwoJvmsAreGivenTheSamePort() throws Exception {
		Process other = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				System.getProperty("java.class.path"), OtherJvm.class.getName())
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		try (BufferedReader output = new BufferedReader(new InputStreamReader(other.getInputStream()))) {
			Set<String> ports = new HashSet<>(List.of(output.readLine().split(" ")));
			assertThat(ports).hasSize(PORTS);

			assertThat(IntStream.range(0, PORTS).mapToObj((i) -> Integer.toString(FreePorts.next())))
				.as("free now, but given to the other JVM")
				.doesNotContainAnyElementsOf(ports);
		}
		finally {
			other.destroyForcibly();
		}
	}

	/** Prints ports that it is given, and waits. */
	static final class OtherJvm {

		public static void main(String[] args) throws Exception {
			StringBuilder ports = new StringBuilder();
			for (int i = 0; i < PORTS; i++) {
				ports.append(FreePorts.next()).append(' ');
			}
			System.out.println(ports);
			System.in.read();
		}

	}

}
