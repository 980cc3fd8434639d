package io.github.ratelimit.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs the commands of the README and of docs/ against the sample, and compares their
 * output with the block that follows them, but for numbers. Commands that are not run are
 * listed with the reason.
 */
@Tag("version-independent")
@ExtendWith(OutputCaptureExtension.class)
class DocumentedCommandsTests {

	private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

	/** A part of the command, and why it is not run. */
	private static final Map<String, String> NOT_RUN = new LinkedHashMap<>();

	static {
		NOT_RUN.put("mvn ", "a build takes minutes; its modules and profiles are checked");
		NOT_RUN.put("java -", "needs what a build has packaged");
		NOT_RUN.put("seq 200 |", "takes two and a half minutes; GatewayTests does the same");
		NOT_RUN.put("/actuator/ratelimits/provider", "needs the gateway; GatewayTests does the same");
		NOT_RUN.put("8080 + i % 2", "needs two instances and a Redis; RedisProfileTests does the same");
		NOT_RUN.put("redis-cli", "needs redis-cli; RedisRightsTests uses the rights");
		NOT_RUN.put("redis-benchmark", "measures the machine");
	}

	private static final Pattern BLOCK = Pattern.compile("^```([a-z]*)\n(.*?)^```$",
			Pattern.DOTALL | Pattern.MULTILINE);

	private static final Pattern MODULE = Pattern.compile("-pl (\\S+)");

	private static final Pattern PROFILE = Pattern.compile("profiles(?:\\.active)?=(\\w+)");

	/**
	 * Of localhost, curl may use either address, and limits by address would count each.
	 */
	private static final String ADDRESS = "127.0.0.1:";

	private static final String END = "--- end of block ---";

	private static ConfigurableApplicationContext sample;

	private static String started;

	@BeforeAll
	static void start(CapturedOutput output) {
		sample = SpringApplication.run(SampleApplication.class, "--server.port=0");
		started = output.getAll();
	}

	@AfterAll
	static void stop() {
		sample.close();
	}

	private static String port() {
		return sample.getEnvironment().getRequiredProperty("local.server.port");
	}

	@TestFactory
	Stream<DynamicTest> theCommandsOfEachPageHaveTheOutputThatItShows() throws IOException {
		return pages().stream()
			.filter((page) -> commands(page).stream().anyMatch(Command::isRun))
			.map((page) -> DynamicTest.dynamicTest(PROJECT.relativize(page).toString(), () -> run(page)));
	}

	private static void run(Path page) throws Exception {
		List<Command> commands = commands(page).stream().filter(Command::isRun).toList();
		List<String> outputs = outputsOf(commands);
		for (int i = 0; i < commands.size(); i++) {
			commands.get(i).check(outputs.get(i));
		}
	}

	private static List<String> outputsOf(List<Command> commands) throws IOException, InterruptedException {
		StringBuilder script = new StringBuilder();
		for (Command command : commands) {
			script.append(command.text().replace("localhost:8080", ADDRESS + port()))
				.append("\nstatus=$?; echo; echo '" + END + "' $status\n");
		}
		Path file = Files.createTempFile("commands", ".sh");
		Path output = Files.createTempFile("output", ".txt");
		try {
			Files.writeString(file, script);
			Process bash = new ProcessBuilder("bash", file.toString()).redirectErrorStream(true)
				.redirectOutput(output.toFile())
				.start();
			assertThat(bash.waitFor(60, TimeUnit.SECONDS)).as("ended in time").isTrue();
			String text = Files.readString(output, StandardCharsets.UTF_8);
			List<String> outputs = List.of(text.split(Pattern.quote(END) + " "));
			assertThat(outputs).as(text).hasSize(commands.size() + 1);
			return outputs.stream().map((each) -> each.replaceFirst("^\\d+\n", "")).toList();
		}
		finally {
			Files.delete(file);
			Files.delete(output);
		}
	}

	@Test
	void modulesAndProfilesOfCommandsExist() throws IOException {
		int found = 0;
		for (Path page : pages()) {
			for (Command command : commands(page)) {
				Matcher module = MODULE.matcher(command.text());
				while (module.find()) {
					for (String name : module.group(1).split(",")) {
						found++;
						assertThat(PROJECT.resolve(name).resolve("pom.xml")).as(command.place()).exists();
					}
				}
				Matcher profile = PROFILE.matcher(command.text());
				while (profile.find()) {
					found++;
					assertThat(Path.of("src/main/resources/application-" + profile.group(1) + ".yml"))
						.as(command.place())
						.exists();
				}
			}
		}
		assertThat(found).isGreaterThan(5);
	}

	@Test
	void theFirstCommandOfTheReadmeCompilesNoTests() throws IOException {
		assertThat(commands(PROJECT.resolve("README.md")).get(0).text())
			.isEqualTo("mvn -pl ratelimit-sample-app -am spring-boot:run -Dmaven.test.skip\n");
	}

	@Test
	void theSampleLogsWhatToTry() throws Exception {
		assertThat(started).contains("http://localhost:" + port() + "/actuator/ratelimits");
		String curl = started.lines().filter((line) -> line.strip().startsWith("curl ")).findFirst().orElseThrow();
		List<String> outputs = outputsOf(List.of(new Command("the log",
				curl.strip().replace("localhost:", ADDRESS).replace("alice", "log") + " -s", "", "")));
		assertThat(outputs.get(0)).contains("HTTP/1.1 200", "You said: Hello");
	}

	private static List<Path> pages() throws IOException {
		try (Stream<Path> docs = Files.list(PROJECT.resolve("docs"))) {
			return Stream.concat(Stream.of("README.md", "CONTRIBUTING.md").map(PROJECT::resolve), docs.sorted())
				.filter((path) -> path.toString().endsWith(".md"))
				.toList();
		}
	}

	private static List<Command> commands(Path page) {
		try {
			String text = Files.readString(page);
			List<Command> commands = new ArrayList<>();
			Matcher block = BLOCK.matcher(text);
			Command command = null;
			while (block.find()) {
				if (command != null && !block.group(1).equals("shell")) {
					commands.set(commands.size() - 1, command.followedBy(block.group(1), block.group(2)));
				}
				command = null;
				if (block.group(1).equals("shell")) {
					long line = text.substring(0, block.start()).lines().count() + 1;
					command = new Command(PROJECT.relativize(page) + ":" + line, block.group(2), "", "");
					commands.add(command);
				}
			}
			return commands;
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A block of commands.
	 *
	 * @param place the page and the line
	 * @param text the commands
	 * @param language of the block that follows, empty if there is none
	 * @param output the block that follows
	 */
	private record Command(String place, String text, String language, String output) {

		boolean isRun() {
			return NOT_RUN.keySet().stream().noneMatch(this.text::contains);
		}

		Command followedBy(String language, String output) {
			return new Command(this.place, this.text, language, output);
		}

		void check(String actual) {
			if (this.language.equals("text")) {
				assertThat(masked(actual)).as(this.place).containsSubsequence(masked(this.output));
			}
			else if (this.language.equals("json")) {
				JsonNode shown = JsonMapper.shared().readTree(this.output);
				JsonNode returned = JsonMapper.shared().readTree(actual);
				assertThat(returned.propertyNames()).as(this.place).containsAll(shown.propertyNames());
			}
			assertThat(actual).as(this.place)
				.doesNotContain("command not found", "Failed to connect", "\"status\":400");
		}

		/** Masks what differs between runs: numbers that are no status, and ids. */
		private static List<String> masked(String text) {
			return text.lines()
				.map(String::strip)
				.filter((line) -> !line.isEmpty())
				.map((line) -> (line.startsWith("HTTP/") || line.matches("[\\d ]+")) ? line
						: line.replaceAll("(chatcmpl-|k_)[0-9a-f]+", "$1#").replaceAll("\\d+(?:\\.\\d+)?", "#"))
				.toList();
		}

	}

}
