package io.panext.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Aligned columns of text: numbers to the right, the rest to the left.
 *
 * @param header names of the columns
 * @param rows   as many cells each
 */
record Table(List<String> header, List<List<String>> rows) {

    /** Prints a line for the header and one for each row. */
    void print(PrintWriter out) {
        List<Column> columns = IntStream.range(0, header.size()).mapToObj(this::column).toList();
        Stream.concat(Stream.of(header), rows.stream()).forEach(row -> out.println(line(columns, row)));
    }

    private static String line(List<Column> columns, List<String> row) {
        return IntStream.range(0, row.size()).mapToObj(i -> columns.get(i).align(row.get(i)))
                .collect(Collectors.joining("  ")).stripTrailing();
    }

    private Column column(int index) {
        List<String> cells = rows.stream().map(row -> row.get(index)).toList();
        int width = Stream.concat(Stream.of(header.get(index)), cells.stream()).mapToInt(String::length).max()
                .orElseThrow();
        return new Column(width, cells.stream().allMatch(cell -> cell.matches("-|[\\d.,]+")));
    }

    private record Column(int width, boolean numeric) {

        String align(String cell) {
            String padding = " ".repeat(width - cell.length());
            return numeric ? padding + cell : cell + padding;
        }
    }
}
