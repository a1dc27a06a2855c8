package io.panext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.panext.kernels.Matrix;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class WorkspaceTest {

    @Test
    void moreValuesThanAnArrayHoldsAreRefused() {
        int columns = 1 << 15;
        try (Arena arena = Arena.ofConfined()) {
            // without a stride all rows are the same one
            Matrix huge = new Matrix(arena.allocate(4L * columns), 0, 0, 1 << 17, columns);
            String message = assertThrows(IllegalStateException.class, () -> Workspace.rows(huge)).getMessage();
            assertEquals("131072x32768 values are more than one array can hold: run fewer images at a time, or smaller "
                    + "ones", message);
        }
    }
}
